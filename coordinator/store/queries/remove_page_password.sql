-- Takes the page's password away, if it has one.
DELETE FROM page_password
