"""What is known after a call: read from its transcript by a model or by rules, every value with the words and the second it rests on."""
