"""SIP trunks and the numbers that hang on them; LiveKit is made to agree with these tables, never the other way round."""
