resource "plinth_host_file" "sshd" {
  host     = { address = "10.0.0.11" }
  path     = "/etc/ssh/sshd_config.d/10-hardening.conf"
  content  = "PasswordAuthentication no\n"
  mode     = "0644"
  validate = "sshd -t -f %s"
}
