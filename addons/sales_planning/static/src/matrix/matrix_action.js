import { Component, onWillStart, useEffect } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { MatrixGrid } from "./matrix_grid";
import { MatrixModel } from "./matrix_model";
import { MatrixReasonDialog } from "./matrix_reason_dialog";
import { MatrixSummary } from "./matrix_summary";
import { MatrixToolbar } from "./matrix_toolbar";

/** Matrix editor: the parts of one target × its periods. */
export class MatrixAction extends Component {
    static template = "sales_planning.MatrixAction";
    static components = { Layout, MatrixGrid, MatrixSummary, MatrixToolbar };
    static props = { ...standardActionServiceProps };
    static path = "target-matrix";
    static displayName = _t("Target Matrix");

    setup() {
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.model = new MatrixModel(useService("orm"));
        const { action, resId, state } = this.props;
        onWillStart(() =>
            this.model.load(state?.targetId || resId || action.params.target_id, state?.value)
        );
        useBus(this.model, "update", () => this.render());
        useEffect(
            (targetId) => this.showTarget(targetId),
            () => [this.target.id]
        );
        useSetupAction({
            beforeLeave: ({ forceLeave } = {}) => forceLeave || this.mayLeave(),
            beforeUnload: (ev) => this.beforeUnload(ev),
            getLocalState: () => ({ targetId: this.target.id, value: this.model.matrix.value }),
        });
        const anywhere = { bypassEditableProtection: true };
        useHotkey("control+s", () => this.save(), anywhere);
        useHotkey("control+z", () => this.model.undo());
        useHotkey("control+y", () => this.model.redo());
        useHotkey("control+shift+z", () => this.model.redo());
    }

    get target() {
        return this.model.matrix.target;
    }

    showTarget(targetId) {
        this.env.config.setDisplayName(this.target.path.map(({ name }) => name).join(" / "));
        this.props.updateActionState({ resId: targetId });
    }

    // --- Going elsewhere ---

    async openTarget(targetId) {
        if (await this.mayLeave()) {
            await this.model.load(targetId, this.model.matrix.value);
        }
    }

    async openValue(value) {
        if (await this.mayLeave()) {
            await this.model.load(this.target.id, value);
        } else {
            this.render();
        }
    }

    openSplit() {
        this.action.doAction("sales_planning.sales_target_split_action", {
            additionalContext: { default_target_id: this.target.id, active_id: this.target.id },
            onClose: () => this.model.load(this.target.id, this.model.matrix.value),
        });
    }

    /** @returns {Promise<boolean>} whether nothing would be lost, or the user says that it may */
    mayLeave() {
        this.blur();
        if (!this.model.isDirty) {
            return Promise.resolve(true);
        }
        return new Promise((resolve) => {
            this.dialog.add(ConfirmationDialog, {
                title: _t("Unsaved numbers"),
                body: _t("%s numbers were changed and not saved.", this.model.changes.length),
                confirmLabel: _t("Discard them"),
                confirm: () => resolve(true),
                cancelLabel: _t("Stay"),
                cancel: () => resolve(false),
            });
        });
    }

    beforeUnload(ev) {
        if (this.model.isDirty) {
            ev.preventDefault();
            ev.returnValue = true;
        }
    }

    // --- Saving ---

    async save() {
        this.blur();
        if (this.model.matrix.reason_needed && this.model.isDirty) {
            this.dialog.add(MatrixReasonDialog, { save: (reason) => this.saveNow(reason) });
        } else {
            await this.saveNow();
        }
    }

    async saveNow(reason) {
        if (await this.model.save(reason)) {
            this.notification.add(_t("Saved"), { type: "success" });
        }
    }

    async discard() {
        if (await this.mayLeave()) {
            await this.model.load(this.target.id, this.model.matrix.value);
        }
    }

    /** What is being typed counts as typed. */
    blur() {
        if (document.activeElement?.matches(".o_matrix_input")) {
            document.activeElement.blur();
        }
    }
}

registry.category("actions").add("sales_target_matrix", MatrixAction);
