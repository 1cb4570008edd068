# [CONNECTION@]ADDRESS[:PORT]/PATH
terraform import plinth_host_directory.app 10.0.0.11/srv/app
