"""The care protocol: what callees say is screened for danger, and whoever may be in danger is looked after, whatever the call is for."""
