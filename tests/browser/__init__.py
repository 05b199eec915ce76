"""What only a browser can show: the screens over the real server, worker and database."""
