"""The HTTP edge: receive deliveries, show the form, say how we are. Thin: it checks who is asking and hands over."""
