SELECT hold_database() AS held
