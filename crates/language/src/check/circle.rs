//! Circles among remedies, exclusions and claims, whose terms are understood after the definitions.
//!
//! Within one cycle nothing may need itself. What a remedy came to in earlier cycles may be part of its own terms: time
//! goes back only so far.

use super::Checker;
use super::depth::DEPTH_MAX;
use crate::contract::{Claim, Item, ItemId, ItemKind, Node, Op, PaidCycles, Remedy};

/// A walk down to a number may not be longer than this; understood nodes are finer than written expressions.
const HEIGHT_MAX: usize = 2 * DEPTH_MAX;

/// Steps a remedy takes besides those of its terms.
const REMEDY_STEPS: usize = 12;

/// That one rule needs another, so many steps down in itself.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: usize,
    to: usize,
    depth: usize,
    /// Only what it came to in earlier cycles.
    earlier: bool,
}

/// Every rule twice: asked in its own cycle, and asked in a window that may lie anywhere.
struct Rules<'a> {
    items: &'a [Item],
    remedies: &'a [Remedy],
    claims: &'a [Claim],
    edges: Vec<Edge>,
}

impl Checker<'_> {
    /// Reports rules that need themselves; marks the remedies whose terms look back at themselves without end.
    pub(super) fn check_circles(&mut self, items: &[Item], remedies: &mut [Remedy], claims: &[Claim]) {
        let rules = Rules { items, remedies, claims, edges: Vec::new() }.read();
        let circular = rules.unending(|it| !it.earlier);
        if circular.contains(&true) {
            self.report_circles(items, &rules.on_circles(&circular));
            return;
        }
        let rolling = rules.unending(|_| true);
        let tall = rules.heights(&rolling).iter().position(|it| *it > HEIGHT_MAX);
        if let Some(item) = tall.and_then(|it| items.get(it / 2)) {
            self.too_deep(item.span);
        }
        for remedy in remedies.iter_mut() {
            remedy.rolling = rolling.get(remedy.item.0 * 2).copied().unwrap_or(false);
        }
    }

    fn report_circles(&mut self, items: &[Item], on_circle: &[bool]) {
        let involved = |at: usize| on_circle.iter().skip(at * 2).take(2).any(|it| *it);
        let late = |it: &Item| matches!(it.kind, ItemKind::Remedy | ItemKind::Exclusion);
        for (_, item) in items.iter().enumerate().filter(|(at, it)| involved(*at) && late(it)) {
            let help = match item.kind {
                ItemKind::Remedy => (
                    format!(
                        "it may use only what does not use it; what it came to before is `paid({}) over previous 11 cycles`",
                        item.name
                    ),
                    format!(
                        "只能使用不依赖它的名称；它以前的金额写作 `paid({}) over previous 11 cycles`",
                        item.name
                    ),
                ),
                _ => (
                    "an exclusion may not ask for what is left after exclusions".to_owned(),
                    "除外事项不能引用扣除除外事项之后的结果".to_owned(),
                ),
            };
            self.error(
                "E0108",
                item.span,
                format!("`{}` is defined by itself", item.name),
                format!("`{}` 的定义引用了自身", item.name),
                (&help.0, &help.1),
            );
        }
    }
}

impl<'a> Rules<'a> {
    fn read(mut self) -> Self {
        for at in 0..self.items.len() + self.claims.len() {
            for elsewhere in [false, true] {
                for node in self.nodes(at) {
                    self.follow(node, place(at, elsewhere), elsewhere, 1);
                }
                if let Some(per) = self.items.get(at).and_then(|it| it.per) {
                    self.edge(place(at, elsewhere), per.0, elsewhere, 1);
                }
            }
        }
        let asked = self.asked();
        self.edges.retain(|it| asked.get(it.from).copied().unwrap_or(false));
        self
    }

    /// The places that are asked at all: every rule in its own cycle, and what those lead to.
    fn asked(&self) -> Vec<bool> {
        let mut leads_to: Vec<Vec<usize>> = vec![Vec::new(); self.count()];
        for edge in &self.edges {
            leads_to.get_mut(edge.from).into_iter().for_each(|it| it.push(edge.to));
        }
        let mut asked = vec![false; self.count()];
        let mut waiting: Vec<usize> = (0..self.count()).step_by(2).collect();
        while let Some(next) = waiting.pop() {
            if let Some(asked) = asked.get_mut(next)
                && !std::mem::replace(asked, true)
            {
                waiting.extend(leads_to.get(next).into_iter().flatten());
            }
        }
        asked
    }

    fn nodes(&self, at: usize) -> Vec<&'a Node> {
        let Some(item) = self.items.get(at) else {
            let claim = self.claims.get(at - self.items.len());
            return claim.into_iter().flat_map(|it| it.opens.iter().chain(it.closes.as_ref())).collect();
        };
        let mut nodes: Vec<&Node> = item.readings.iter().filter_map(|it| it.body.as_ref()).collect();
        nodes.extend(item.applies.iter().chain(item.until.as_ref()));
        for remedy in self.remedies.iter().filter(|it| it.item == ItemId(at)) {
            nodes.extend(remedy.nodes());
        }
        nodes
    }

    fn edge(&mut self, from: usize, to: usize, elsewhere: bool, depth: usize) {
        self.edges.push(Edge { from, to: place(to, elsewhere), depth, earlier: false });
    }

    fn follow(&mut self, node: &'a Node, from: usize, elsewhere: bool, depth: usize) {
        match &node.op {
            Op::Item(id, _) | Op::ItemFor(id, _) | Op::Paid(id, _) | Op::Pattern { promise: id, .. } => {
                self.edge(from, id.0, elsewhere, depth);
            }
            Op::PaidOver { remedy, which, .. } => {
                // From a window that may lie anywhere, an earlier cycle may be this one.
                let earlier = *which != PaidCycles::Last && !elsewhere;
                self.edges.push(Edge { from, to: place(remedy.0, elsewhere), depth, earlier });
            }
            Op::ClaimEdge(id, _) => {
                let claims = self.claims.iter().enumerate().filter(|(_, it)| it.remedy == *id);
                let claims: Vec<usize> = claims.map(|(at, _)| self.items.len() + at).collect();
                claims.into_iter().for_each(|it| self.edge(from, it, elsewhere, depth));
            }
            Op::Exclude(_) | Op::ExcludeRows(_) | Op::Excluded => {
                let kinds = self.items.iter().enumerate().filter(|(_, it)| it.kind == ItemKind::Exclusion);
                let exclusions: Vec<usize> = kinds.map(|(at, _)| at).collect();
                exclusions.into_iter().for_each(|it| self.edge(from, it, elsewhere, depth));
            }
            Op::Over(inner, window) => {
                let moved = elsewhere || !goes_back(window);
                self.follow(inner, from, moved, depth + 1);
                self.follow(window, from, elsewhere, depth + 1);
                return;
            }
            _ => {}
        }
        for part in node.parts() {
            self.follow(part, from, elsewhere, depth + 1);
        }
    }

    fn count(&self) -> usize {
        2 * (self.items.len() + self.claims.len())
    }

    /// The rules from which one can walk for ever along such edges.
    fn unending(&self, counts: impl Fn(&Edge) -> bool) -> Vec<bool> {
        let edges: Vec<&Edge> = self.edges.iter().filter(|it| counts(it)).collect();
        let ended = removed(self.count(), edges.iter().map(|it| (it.from, it.to)));
        ended.into_iter().map(|it| !it).collect()
    }

    /// Of the rules that lead to a circle, those that also follow from one.
    fn on_circles(&self, leading: &[bool]) -> Vec<bool> {
        let within = |it: &usize| leading.get(*it).copied().unwrap_or(false);
        let edges = self.edges.iter().filter(|it| !it.earlier && within(&it.from) && within(&it.to));
        let ended = removed(self.count(), edges.map(|it| (it.to, it.from)));
        ended.iter().zip(leading).map(|(ended, leads)| *leads && !ended).collect()
    }

    /// The longest walk down from each rule; earlier amounts of remedies that look back without end are known by then.
    fn heights(&self, rolling: &[bool]) -> Vec<usize> {
        let known = |it: &&Edge| it.earlier && rolling.get(it.to).copied().unwrap_or(false);
        let edges: Vec<&Edge> = self.edges.iter().filter(|it| !known(it)).collect();
        let mut heights = vec![0; self.count()];
        for _ in 0..self.count() {
            let mut changed = false;
            for edge in &edges {
                let below = heights.get(edge.to).copied().unwrap_or(0);
                let remedy = self.items.get(edge.to / 2).is_some_and(|it| it.kind == ItemKind::Remedy);
                let reached = below + edge.depth + if remedy { REMEDY_STEPS } else { 0 };
                if let Some(height) = heights.get_mut(edge.from)
                    && *height < reached
                    && reached <= 2 * HEIGHT_MAX
                {
                    *height = reached;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        heights
    }
}

fn place(rule: usize, elsewhere: bool) -> usize {
    rule * 2 + usize::from(elsewhere)
}

/// Whether a window ends no later than the one it is asked in.
fn goes_back(window: &Node) -> bool {
    matches!(window.op, Op::Window(_) | Op::LastCyclesWindow(_) | Op::PreviousCyclesWindow(_))
}

/// Takes away, again and again, what has no edge to anything left; whether each was taken.
fn removed(count: usize, edges: impl Iterator<Item = (usize, usize)>) -> Vec<bool> {
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut needs = vec![0usize; count];
    for (from, to) in edges {
        if let (Some(users), Some(needs)) = (needed_by.get_mut(to), needs.get_mut(from)) {
            users.push(from);
            *needs += 1;
        }
    }
    let mut gone = vec![false; count];
    let mut waiting: Vec<usize> = (0..count).filter(|it| needs.get(*it) == Some(&0)).collect();
    while let Some(next) = waiting.pop() {
        if let Some(gone) = gone.get_mut(next) {
            *gone = true;
        }
        for user in needed_by.get(next).into_iter().flatten() {
            if let Some(left) = needs.get_mut(*user) {
                *left -= 1;
                if *left == 0 {
                    waiting.push(*user);
                }
            }
        }
    }
    gone
}
