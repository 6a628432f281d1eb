"""The web app: pages for officers, analysts, information-governance leads and leaders."""
