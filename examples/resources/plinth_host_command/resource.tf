resource "plinth_host_command" "timezone" {
  host   = { address = "10.0.0.11" }
  create = "ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime"
  update = "ln -sf /usr/share/zoneinfo/Europe/Berlin /etc/localtime"
  delete = "ln -sf /usr/share/zoneinfo/Etc/UTC /etc/localtime"
  read   = "readlink /etc/localtime"
}
