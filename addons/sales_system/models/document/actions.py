def prepare_wizard(model, name, **defaults):
    """:return: action that opens a wizard

    :param str model: of the wizard
    :param str name: title of its window
    :param defaults: of its fields
    """
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": model,
        "view_mode": "form",
        "target": "new",
        "context": {f"default_{field}": value for field, value in defaults.items()},
    }
