"""What aiogram calls: each handler translates an update into one use case and returns what the person is told."""
