data "plinth_host_facts" "web" {
  host = { address = "10.0.0.11" }
}

output "web_system" {
  value = "${data.plinth_host_facts.web.os_name} on ${data.plinth_host_facts.web.cpus} CPUs"
}
