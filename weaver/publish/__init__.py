"""What search engines, feed readers and chat programs are told about the pages."""
