# Odoo 19 Community with the sales addons inside, for a deployment without a checkout.
FROM odoo:19

COPY --chown=odoo:odoo addons /mnt/extra-addons
COPY --chown=odoo:odoo config/odoo.conf /etc/odoo/odoo.conf
