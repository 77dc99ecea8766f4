from odoo import api, fields, models
from odoo.tools import SQL

# Of a row of SalesFollowUp._get_limits.
LIMIT_COLUMNS = ("companies", "calendars", "rules", "steps", "befores", "warnings", "warned")


class SalesFollowUp(models.Model):
    """Finds what has been silent for too long: one statement for each kind of record."""

    _inherit = "sales.follow.up"

    @api.model
    def _get_limits(self, target):
        """Work out for each working calendar once since when a record must have been silent.

        :return: rows of company, calendar, rule, step, silent before, last warning, warned before
        """
        rules = self.env["sales.follow.up.rule"].sudo().search([("target", "=", target)])
        limits = []
        for company_id, calendar_id in self._get_calendars() if rules else ():
            company = self.env["res.company"].browse(company_id)
            mine = rules.filtered(lambda rule, c=company: rule.company_id in (c, c.browse()))
            counts = {count for rule in mine for step in rule._get_steps() for count in step[1::2]}
            moments = (
                self.env["resource.calendar"]
                .browse(calendar_id or ())
                ._get_working_days_ago(company, counts - {0})
            )
            limits += [
                (company_id, calendar_id, rule.id, step, moments[days], warning, moments.get(wait))
                for rule in mine
                for step, days, warning, wait in rule._get_steps()
                if days in moments
            ]
        return limits

    @api.model
    def _get_calendars(self):
        """:return: pairs of company and calendar that salespeople work by"""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT id, resource_calendar_id FROM res_company
                 UNION
                SELECT company_id, calendar_id FROM resource_resource
                 WHERE active AND user_id IS NOT NULL
                   AND company_id IS NOT NULL AND calendar_id IS NOT NULL
                """
            )
        )

    @api.model
    def _note_due(self, target, limits):
        """Write down all steps that are due, in one statement; they are taken afterwards.

        :param limits: see :meth:`_get_limits`
        """
        if not limits:
            return
        self.env.flush_all()
        field = SQL.identifier("lead_id" if target == "lead" else "partner_id")
        columns = list(zip(*limits, strict=True))
        self.env.cr.execute(
            SQL(
                """
                WITH due_limit AS (
                    SELECT * FROM unnest(
                        %(companies)s::int[], %(calendars)s::int[], %(rules)s::int[],
                        %(steps)s::varchar[], %(befores)s::timestamp[],
                        %(warnings)s::varchar[], %(warned)s::timestamp[]
                    ) WITH ORDINALITY AS row (
                        company_id, calendar_id, rule_id, step, before, warning, warned_before,
                        position
                    )
                ), silent AS (
                    %(records)s
                )
                INSERT INTO sales_follow_up (
                    %(field)s, company_id, user_id, leader_id, rule_id, step, silence_start,
                    noted_on, state, create_uid, create_date, write_uid, write_date
                )
                SELECT silent.id, silent.company_id, silent.user_id, leader.user_id,
                       rule.id, due_limit.step, silent.silence_start,
                       %(now)s, 'due', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM silent
                 CROSS JOIN LATERAL (%(rule)s) rule
                  JOIN due_limit
                    ON due_limit.rule_id = rule.id
                   AND due_limit.company_id = silent.company_id
                   AND due_limit.calendar_id IS NOT DISTINCT FROM silent.calendar_id
                   AND due_limit.before > silent.silence_start
                  LEFT JOIN LATERAL (%(leader)s) leader ON TRUE
                 WHERE silent.silence_start < %(latest)s
                   AND NOT EXISTS (
                       SELECT FROM sales_follow_up done
                        WHERE done.%(field)s = silent.id AND done.step = due_limit.step
                          AND done.silence_start = silent.silence_start
                          AND done.state <> 'cancelled')
                   AND (due_limit.warning IS NULL OR EXISTS (
                       SELECT FROM sales_follow_up warning
                        WHERE warning.%(field)s = silent.id
                          AND warning.step = due_limit.warning
                          AND warning.silence_start = silent.silence_start
                          AND warning.state = 'open'
                          AND warning.noted_on < due_limit.warned_before))
                   AND (due_limit.step <> 'return' OR EXISTS (%(pool)s))
                 ORDER BY silent.id, due_limit.position
                    ON CONFLICT DO NOTHING
                """,
                **dict(zip(LIMIT_COLUMNS, map(list, columns), strict=True)),
                field=field,
                records=getattr(self, f"_get_{target}_query")(),
                rule=getattr(self, f"_get_{target}_rule_query")(),
                leader=self._get_leader_query(),
                pool=self._get_pool_query(target),
                latest=max(columns[4]),
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )

    # === RECORDS === #
    @api.model
    def _get_lead_query(self):
        """:return: ``SQL`` of leads that somebody works on, and since when they are silent"""
        return SQL(
            """
            SELECT lead.id, lead.user_id, company.id AS company_id, lead.stage_id,
                   lead.team_id, team.parent_path AS team_path,
                   COALESCE(resource.calendar_id, company.resource_calendar_id) AS calendar_id,
                   GREATEST(lead.last_contact_on,
                            COALESCE(lead.held_since, lead.date_open, lead.create_date))
                       AS silence_start
              FROM crm_lead lead
              JOIN res_users owner ON owner.id = lead.user_id
              LEFT JOIN crm_team team ON team.id = lead.team_id
              JOIN res_company company
                ON company.id = COALESCE(lead.company_id, team.company_id, owner.company_id)
              LEFT JOIN LATERAL (%(resource)s) resource ON TRUE
             WHERE lead.active AND lead.won_status = 'pending'
            """,
            resource=self._get_resource_query(),
        )

    @api.model
    def _get_customer_query(self):
        """:return: ``SQL`` of customers whom somebody looks after, in their own company"""
        return SQL(
            """
            SELECT partner.id, partner.user_id, company.id AS company_id,
                   profile.level_id, COALESCE(profile.lifecycle, 'prospect') AS lifecycle,
                   member.crm_team_id AS team_id, team.parent_path AS team_path,
                   COALESCE(resource.calendar_id, company.resource_calendar_id) AS calendar_id,
                   GREATEST(partner.last_contact_on,
                            COALESCE(partner.held_since, partner.create_date)) AS silence_start
              FROM res_partner partner
              JOIN res_users owner ON owner.id = partner.user_id
              JOIN res_company company
                ON company.id = COALESCE(partner.company_id, owner.company_id)
              LEFT JOIN sales_customer_profile profile
                ON profile.partner_id = partner.id AND profile.company_id = company.id
              LEFT JOIN LATERAL (
                   SELECT member.crm_team_id FROM crm_team_member member
                     JOIN crm_team team ON team.id = member.crm_team_id
                    WHERE member.user_id = owner.id AND member.active
                      AND (team.company_id IS NULL OR team.company_id = company.id)
                    ORDER BY member.id LIMIT 1) member ON TRUE
              LEFT JOIN crm_team team ON team.id = member.crm_team_id
              LEFT JOIN LATERAL (%(resource)s) resource ON TRUE
             WHERE partner.active AND partner.commercial_partner_id = partner.id
            """,
            resource=self._get_resource_query(),
        )

    @api.model
    def _get_resource_query(self):
        return SQL(
            """
            SELECT calendar_id FROM resource_resource
             WHERE user_id = owner.id AND company_id = company.id
               AND active AND calendar_id IS NOT NULL
             ORDER BY id LIMIT 1
            """
        )

    # === RULES AND LEADERS === #
    @api.model
    def _get_lead_rule_query(self):
        """:return: ``SQL`` of the rule with most conditions that a lead meets"""
        return SQL(
            """
            SELECT rule.id
              FROM sales_follow_up_rule rule
              LEFT JOIN crm_team team ON team.id = rule.team_id
             WHERE rule.active AND rule.target = 'lead'
               AND (rule.company_id IS NULL OR rule.company_id = silent.company_id)
               AND (rule.stage_id IS NULL OR rule.stage_id = silent.stage_id)
               AND (rule.team_id IS NULL OR silent.team_path LIKE team.parent_path || '%%')
             ORDER BY num_nonnulls(rule.stage_id, rule.team_id) DESC,
                      num_nonnulls(rule.company_id) DESC,
                      length(team.parent_path) DESC NULLS LAST, rule.sequence, rule.id
             LIMIT 1
            """
        )

    @api.model
    def _get_customer_rule_query(self):
        """:return: ``SQL`` of the rule with most conditions that a customer meets"""
        return SQL(
            """
            SELECT rule.id
              FROM sales_follow_up_rule rule
             WHERE rule.active AND rule.target = 'customer'
               AND (rule.company_id IS NULL OR rule.company_id = silent.company_id)
               AND (rule.level_id IS NULL OR rule.level_id = silent.level_id)
               AND (rule.lifecycle IS NULL OR rule.lifecycle = silent.lifecycle)
             ORDER BY num_nonnulls(rule.level_id, rule.lifecycle) DESC,
                      num_nonnulls(rule.company_id) DESC, rule.sequence, rule.id
             LIMIT 1
            """
        )

    @api.model
    def _get_leader_query(self):
        """:return: ``SQL`` of the nearest leader above the salesperson"""
        return SQL(
            """
            SELECT above.user_id
              FROM crm_team above
              JOIN res_users leader ON leader.id = above.user_id AND leader.active
             WHERE silent.team_path LIKE above.parent_path || '%%'
               AND above.user_id <> silent.user_id
             ORDER BY length(above.parent_path) DESC
             LIMIT 1
            """
        )

    @api.model
    def _get_pool_query(self, target):
        """:return: ``SQL`` of the pool that takes a record which nothing protects"""
        model = "crm.lead" if target == "lead" else "res.partner"
        pools = self.env["sales.pool"].sudo()
        return SQL(
            """
            SELECT FROM %(source)s
              JOIN sales_pool pool ON pool.id = %(pool)s
             WHERE record.id = silent.id AND NOT %(protected)s
            """,
            source=pools._record_source(model),
            pool=pools._pool_expression(model),
            protected=pools._protected(model, "contact"),
        )
