"""What runs all the time: workers that look for work, and how people see that they do."""
