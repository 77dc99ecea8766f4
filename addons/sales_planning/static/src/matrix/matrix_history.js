const LIMIT = 200;

/** Undo and redo over states that are never changed, only replaced. */
export class MatrixHistory {
    past = [];
    future = [];

    /** Remember the state that a new step leaves. */
    push(state) {
        this.past = [...this.past.slice(1 - LIMIT), state];
        this.future = [];
    }

    undo(state) {
        this.future.push(state);
        return this.past.pop();
    }

    redo(state) {
        this.past.push(state);
        return this.future.pop();
    }

    clear() {
        this.past = [];
        this.future = [];
    }
}
