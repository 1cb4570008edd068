resource "plinth_host_file" "backup" {
  host = { address = "10.0.0.11" }
  path = "/etc/cron.daily/backup"
  mode = "0755"

  content = <<-EOT
    #!/bin/sh
    exec tar -czf /var/backups/app.tar.gz /srv/app
  EOT

  # %s stands for a file with the new content, which takes the place of the old one only when
  # this succeeds.
  validate = "sh -n %s"
}

variable "api_token" {
  type      = string
  ephemeral = true
  default   = "replace-me"
}

resource "plinth_host_file" "token" {
  host               = { address = "10.0.0.11" }
  path               = "/etc/app-token"
  mode               = "0600"
  content_wo         = var.api_token
  content_wo_version = 1
}
