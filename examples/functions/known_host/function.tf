variable "host_keys" {
  description = "Public keys of the hosts by address."
  type        = map(string)
  default = {
    "10.0.0.11" = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDJLPkA1ZbRvYl9Ag2W+aWXj5ynqcxB4fXZwpUyUeWpx"
  }
}

output "known_hosts" {
  value = join("\n", [
    for address, key in var.host_keys : provider::plinth::known_host(address, 22, key)
  ])
}
