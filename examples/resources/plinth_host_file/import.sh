# [CONNECTION@]ADDRESS[:PORT]/PATH
terraform import plinth_host_file.motd 10.0.0.11/etc/motd
