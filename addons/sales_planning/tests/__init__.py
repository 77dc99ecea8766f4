from . import test_access
from . import test_access_rules
from . import test_actual
from . import test_adventure_works
from . import test_allocation
from . import test_allocation_properties
from . import test_attainment_tour
from . import test_periods
from . import test_plan_companies
from . import test_security
from . import test_sheet
from . import test_target
from . import test_target_import
from . import test_target_plan
from . import test_target_rpc
from . import test_uninstall
from . import test_walk
from .decomposing import test_bad_input, test_decomposing, test_matrix, test_matrix_tour
from .decomposing import test_matrix_units
from .decomposing import test_unassigned, test_wizards
from .weighing import test_evidence
from .weighing import test_season_profile
from .weighing import test_weights
from .negotiation import test_branch_access
from .negotiation import test_concurrency
from .negotiation import test_negotiation_tour
from .negotiation import test_plan_approval
from .negotiation import test_proposal_access
from .negotiation import test_proposals
from .negotiation import test_reminders
from .negotiation import test_revisions
from .negotiation import test_versions
from .budget import test_budget_commitment, test_budget_distribution, test_budget_line
from .budget import test_budget_analytic_plan, test_budget_version, test_related_fields
from .exchange import test_workbook, test_workbook_engine, test_workbook_proposals
from .exchange import test_workbook_tour
from .attainment import test_agreement
from .attainment import test_new_customers
from .attainment import test_screens
from .attainment import test_standing
from .organisation import test_target_handover
from .marketing import test_marketing_access, test_marketing_activity, test_marketing_budget
from .marketing import test_marketing_concurrency, test_marketing_copy, test_marketing_effect
from .marketing import test_marketing_effect_properties, test_marketing_means, test_marketing_plan
from .marketing import test_marketing_performance, test_marketing_report, test_marketing_resource
from .marketing import test_marketing_rollup, test_marketing_story, test_marketing_tour
from .marketing import test_strategy
from .segmenting import test_segment_actual, test_segment_exchange, test_segment_planning
