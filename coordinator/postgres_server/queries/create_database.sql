CREATE DATABASE motzkin OWNER motzkin_owner
