-- Reads the hash of the page's password; no row if it has none.
SELECT hash FROM page_password
