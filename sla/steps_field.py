"""The steps of a target as rows of a form: at which share of the promise, and who is told."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.models import validate_steps

TOLD = {
    "assignee": gettext_lazy("Assignee"),
    "lead": gettext_lazy("Leads"),
    "named_agent": gettext_lazy("Named agent"),
    "administrators": gettext_lazy("Administrators"),
}
MOST_STEPS = 12
SPARE_ROWS = 2
MOST_PERCENT = 1000


class StepsWidget(forms.Widget):
    """A row for each step, and some to spare; a row without a percentage is none."""

    template_name = "admin/sla/target/steps.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        """Return the rows as they were typed."""
        several = data.getlist if hasattr(data, "getlist") else lambda key: data.get(key, [])
        rows = []
        for index in range(MOST_STEPS + SPARE_ROWS):
            percent, tell = str(data.get(f"{name}-{index}-percent", "")).strip(), several(f"{name}-{index}-tell")
            if percent or tell:
                rows.append({"percent": percent, "tell": list(tell)})
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Return whether the form had no rows at all."""
        return f"{name}-0-percent" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Return the rows with their boxes."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        steps = list(value or [])
        empty = [{"percent": "", "tell": []}] * SPARE_ROWS
        context["told"] = TOLD.values()
        context["rows"] = [
            {
                "percent": step["percent"],
                "boxes": [(key, label, key in step["tell"]) for key, label in TOLD.items()],
            }
            for step in [*steps, *empty][: MOST_STEPS + SPARE_ROWS]
        ]
        return context


class StepsField(forms.Field):
    """Rows of percentages and people; its value is what a target's `steps` holds, in rising order."""

    widget = StepsWidget

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        """Return the steps. Raises ValidationError that names the row."""
        steps = []
        for number, row in enumerate(value or [], 1):
            where = {"number": number, "percent": row["percent"]}
            if not str(row["percent"]):
                raise ValidationError(_("Row %(number)s says whom to tell, but not at how many percent.") % where)
            try:
                percent = int(str(row["percent"]).removesuffix("%"))
            except ValueError as error:
                raise ValidationError(_("Row %(number)s: “%(percent)s” is no whole number.") % where) from error
            if not 1 <= percent <= MOST_PERCENT:
                raise ValidationError(
                    _("Row %(number)s: write 1 to %(most)s percent.") % {**where, "most": MOST_PERCENT}
                )
            steps.append({"percent": percent, "tell": sorted(row["tell"], key=[*TOLD, *row["tell"]].index)})
        percents = [step["percent"] for step in steps]
        if twice := next((percent for percent in percents if percents.count(percent) > 1), None):
            raise ValidationError(
                _("There are two rows for %(percent)s percent. Put them into one.") % {"percent": twice}
            )
        if len(steps) > MOST_STEPS:
            raise ValidationError(_("Write at most %(count)s steps.") % {"count": MOST_STEPS})
        return sorted(steps, key=lambda step: step["percent"])

    def validate(self, value: Any) -> None:
        """Raise ValidationError where the row of the breach is missing."""
        if not any(step["percent"] == 100 for step in value):
            raise ValidationError(_("One row must be at 100 percent: the breach. It may tell nobody."))
        validate_steps(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the rows say something else."""
        try:
            return self.to_python(data) != (initial or [])
        except ValidationError:
            return True
