"""What isn't cleared ends with a person: the queue, who may decide, leases, decisions, appeals and their quality."""
