"""How a form is drawn: label above, help beneath, the error where it happened and a summary that jumps."""

from django import forms


class Sample(forms.Form):
    title = forms.CharField(label="名称", help_text="1–100 字")
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea(attrs={"class": "tall"}))
    area = forms.ChoiceField(label="领域", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="确认")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_required_and_optional_are_said() -> None:
    html = str(Sample())
    assert html.count("必填") == 2  # a tick box says itself what it wants
    assert html.count("选填") == 1
    assert '<input type="hidden" name="secret"' in html


def test_a_control_has_the_look_and_is_tied_to_its_help() -> None:
    html = str(Sample())
    assert '<textarea name="note" cols="40" rows="10" class="form-control tall"' in html
    assert 'aria-describedby="id_title_helptext"' in html
    assert 'id="id_title_helptext">1–100 字' in html
    assert html.count('class="form-check-input"') == 3


def test_an_error_stands_at_its_field_and_in_the_summary() -> None:
    html = str(Sample({"note": "x"}))
    assert "有 3 处需要修改" in html
    assert '<a href="#id_title">名称</a>' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_title_error"' in html
    assert "field-bad" in html


def test_what_belongs_to_no_field_is_said_on_top() -> None:
    form = Sample({"title": "a", "area": "a", "sure": "on"})
    form.add_error(None, "两处不能都空着 <b>")
    assert "<li>两处不能都空着 &lt;b&gt;</li>" in str(form)


def test_a_clean_form_has_no_summary() -> None:
    assert "error-summary" not in str(Sample())
