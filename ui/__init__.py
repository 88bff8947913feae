"""What the pages share: navigation, controls, the live view, figures and canvas components."""
