# Odoo's runner takes the modules that this package names, not those of sub-packages.
from .approval import (
    test_approval_access,
    test_approval_bad_input,
    test_approval_gates,
    test_approval_handover,
    test_approval_route,
    test_approval_rpc,
    test_approval_terms,
    test_approval_tour,
)
from .channel import (
    test_channel_partner,
)
from .contract import (
    test_contract,
    test_contract_approval,
    test_contract_area,
    test_contract_calls,
    test_contract_concurrency,
    test_contract_document,
    test_contract_document_tour,
    test_contract_files,
    test_contract_fulfilment,
    test_contract_life,
    test_contract_portal,
    test_contract_rpc,
    test_contract_signing,
    test_contract_template,
    test_contract_versions,
)
from .customer import (
    test_customer_chain,
    test_customer_level,
    test_customer_owner,
    test_customer_profile,
    test_customer_properties,
    test_customer_tour,
    test_last_contact,
)
from .engine import (
    test_approval,
    test_cells,
    test_contract_dates,
    test_document_text,
    test_tabular,
)
from .importing import (
    test_import_access,
    test_import_bad_input,
    test_import_ledger,
    test_import_tour,
)
from .ledger import (
    test_ledger_access,
    test_ledger_backfill,
    test_ledger_booked,
    test_ledger_collected,
    test_ledger_concurrency,
    test_ledger_discount,
    test_ledger_grouping,
    test_ledger_invoiced,
    test_ledger_properties,
    test_ledger_verification,
)
from .organisation import (
    test_access_rules,
    test_export_log,
    test_handover,
    test_handover_access,
    test_handover_preview,
    test_handover_tour,
    test_handover_undo,
    test_leader_sees_subtree,
    test_partner_access,
    test_settings,
    test_team,
    test_team_access,
    test_team_coverage,
    test_team_member,
    test_territory,
    test_territory_rule,
    test_uninstall,
)
