"""What the affected host and the public hear: plain letters, and statements of reasons for the EU's database."""
