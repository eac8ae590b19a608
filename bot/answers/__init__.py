"""What came of a need, and the consent of those who answered to be named."""
