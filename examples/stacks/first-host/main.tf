# The one place with a credential: resources name the connection, never the key.
provider "plinth" {
  ssh = {
    default = {
      user        = var.user
      private_key = var.private_key
      known_hosts = var.known_hosts
    }
  }
}

locals {
  host = {
    address    = var.address
    port       = var.port
    connection = "default"
  }
}

data "plinth_host_facts" "this" {
  host = local.host
}

resource "plinth_host_directory" "service" {
  host = local.host
  path = var.directory
  mode = "0750"
}

# The new content takes the file's place only after `validate` has found nothing wrong with it.
resource "plinth_host_file" "config" {
  host = local.host
  path = "${plinth_host_directory.service.path}/service.conf"
  mode = "0640"

  content = templatefile("${path.module}/service.conf.tftpl", {
    listen       = var.listen
    architecture = data.plinth_host_facts.this.architecture
  })

  validate = "grep -q '^listen = ' %s"
}

# What no resource of its own describes: a step with a probe that notices when it is undone.
resource "plinth_host_command" "release" {
  host = local.host

  create = "printf '%s\\n' ${var.release} > ${plinth_host_directory.service.path}/RELEASE"
  update = "printf '%s\\n' ${var.release} > ${plinth_host_directory.service.path}/RELEASE"
  delete = "rm -f ${plinth_host_directory.service.path}/RELEASE"
  read   = "cat ${plinth_host_directory.service.path}/RELEASE"
}
