module adapter

go 1.24.0
