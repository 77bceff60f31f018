//! How deep rules build on each other: expressions in expressions, and definitions that use definitions.
//!
//! Whoever walks a contract (this checker, a settlement) may do so by recursion, because no walk is deeper than
//! [`DEPTH_MAX`] steps.

use super::Checker;
use super::item::Progress;
use crate::contract::ItemId;
use crate::syntax::token::Span;

/// A walk from a rule down to its last number, through every definition it uses, takes no more steps than this.
pub(crate) const DEPTH_MAX: usize = 256;

/// Where a walk is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Depth {
    /// Steps from the rule the walk began at.
    walked: usize,
    /// Steps from the item at hand.
    level: usize,
    /// The deepest place below the item at hand, items it uses included.
    reach: usize,
    /// It was said that this is too deep.
    told: bool,
}

impl Checker<'_> {
    /// One step down; false when that would be too deep.
    pub(crate) fn descend(&mut self, span: Span) -> bool {
        if self.depth.walked >= DEPTH_MAX {
            self.too_deep(span);
            return false;
        }
        self.depth.walked += 1;
        self.depth.level += 1;
        self.depth.reach = self.depth.reach.max(self.depth.level);
        true
    }

    /// One step up again.
    pub(crate) fn ascend(&mut self) {
        self.depth.walked -= 1;
        self.depth.level -= 1;
    }

    /// Notes that the item at hand uses `id`, which is understood already.
    pub(crate) fn uses(&mut self, id: ItemId) {
        let height = self.items.get(id.0).map_or(0, |it| it.height);
        self.depth.reach = self.depth.reach.max(self.depth.level + height);
    }

    /// Reads an item with a level of its own; keeps how tall it is.
    pub(crate) fn at_own_level<T>(&mut self, id: ItemId, span: Span, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.depth;
        (self.depth.level, self.depth.reach) = (0, 0);
        let value = read(self);
        let height = self.depth.reach;
        self.depth = Depth { told: self.depth.told, ..outer };
        let tall = height > DEPTH_MAX;
        if tall {
            self.too_deep(span);
        }
        if let Some(state) = self.items.get_mut(id.0) {
            debug_assert!(!matches!(state.progress, Progress::Done(_)), "an item is read once");
            state.height = if tall { 0 } else { height };
        }
        self.uses(id);
        value
    }

    pub(super) fn too_deep(&mut self, span: Span) {
        if !std::mem::replace(&mut self.depth.told, true) {
            self.error(
                "E0109",
                span,
                format!("rules build on each other more than {DEPTH_MAX} steps deep"),
                format!("规则层层引用超过 {DEPTH_MAX} 步"),
                ("shorten the chain of definitions", "请缩短定义之间的引用链"),
            );
        }
    }
}
