output "system" {
  description = "What the host is."
  value       = "${data.plinth_host_facts.this.kernel} on ${data.plinth_host_facts.this.architecture}"
}

output "config" {
  description = "Where the service's configuration is, and its checksum."
  value = {
    path   = plinth_host_file.config.path
    sha256 = plinth_host_file.config.sha256
  }
}

output "release" {
  description = "The release that the host says is installed."
  value       = plinth_host_command.release.output
}
