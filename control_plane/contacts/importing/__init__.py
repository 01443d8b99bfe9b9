"""From the bytes of somebody's CSV file to rows that are either a contact or a reason in words. No IO, constant memory."""
