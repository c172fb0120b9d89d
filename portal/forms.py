"""What administrators may change of the portal."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from portal import logo
from portal.models import Branding


class BrandingForm(forms.ModelForm):  # type: ignore[type-arg]
    """The branding; a new logo is re-encoded before it is kept."""

    class Meta:
        model = Branding
        fields = ["name", "accent_hue", "logo", "footer", "phone_number", "business_calendar"]

    def clean_logo(self) -> Any:
        """Return the logo as a PNG of ours, what was there before, or False to take it off."""
        upload = self.cleaned_data.get("logo")
        if not isinstance(upload, UploadedFile):
            return upload
        try:
            return logo.re_encode(upload)
        except logo.UnusableLogo as error:
            raise ValidationError(str(error)) from None
