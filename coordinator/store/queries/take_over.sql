SELECT take_over() AS epoch
