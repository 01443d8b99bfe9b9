"""What calls use and cost, how much a workspace may use, and where toll fraud is stopped."""
