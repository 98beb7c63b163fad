-- An owner may say until when a worker is suspended.

ALTER TABLE worker ADD COLUMN suspended_until timestamptz;  -- NULL: until its owner resumes it
