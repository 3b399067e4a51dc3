"""What all that reads and writes files shares: names of images, texts of any encoding, output that destroys nothing."""
