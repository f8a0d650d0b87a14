"""What `make` does. Set-up runs before anything is installed, so this package needs only Python itself."""
