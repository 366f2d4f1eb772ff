"""What requests cost: an estimate before one is sent, a ledger of all of them, and the limits that it keeps."""
