terraform {
  required_providers {
    plinth = {
      source = "plinth/plinth"
    }
  }
}

variable "ssh_private_key" {
  type      = string
  ephemeral = true
}

provider "plinth" {
  ssh = {
    default = {
      user        = "ops"
      private_key = var.ssh_private_key
      known_hosts = file("${path.module}/known_hosts")
    }
  }
}

resource "plinth_host_file" "motd" {
  host    = { address = "10.0.0.11" }
  path    = "/etc/motd"
  content = "Built by Terraform.\n"
}
