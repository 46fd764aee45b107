"""征集材料归档: everything of a call that an office keeps, as one ZIP. In Chinese, whoever presses the button."""
