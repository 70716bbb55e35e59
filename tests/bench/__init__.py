"""``make bench``: how fast and how big the product is on this machine, beside something simple in the same run."""
