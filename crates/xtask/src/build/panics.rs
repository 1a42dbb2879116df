//! Leaves panic messages out of the published module.
//!
//! On this target a panic without a hook traps, and its message goes nowhere: std has no place to print it. So the
//! functions that put a message together may as well trap at once, and wasm-opt then removes what only they used.
//! A page sees the same `RuntimeError`. The development build keeps its messages, and has a hook that shows them.

use walrus::{FunctionBuilder, FunctionKind, Module};

/// Functions of the standard library that never return. A module's name ends in `::` and means all that is in it.
///
/// One that another Rust names differently stays as it is, which costs bytes and nothing else.
const DIVERGING: [&str; 18] = [
    "<alloc::vec::Vec<_, _>>::insert_mut::assert_failed",
    "<alloc::vec::Vec<_, _>>::remove::assert_failed",
    "<alloc::vec::Vec<_, _>>::swap_remove::assert_failed",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::cell::lazy::panic_poisoned",
    "core::cell::panic_already_borrowed",
    "core::cell::panic_already_mutably_borrowed",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::slice::sort::shared::smallsort::panic_on_ord_violation",
    "core::str::slice_error_fail",
    "std::panicking::panic_with_hook",
    "std::process::abort",
];

/// Makes the functions that announce a panic trap instead; returns how many there were.
pub(super) fn silence(module: &mut Module) -> usize {
    let announcing: Vec<_> = module
        .funcs
        .iter_local()
        .filter(|(id, _)| module.funcs.get(*id).name.as_deref().is_some_and(|name| diverges(&path(name))))
        .map(|(id, function)| (id, function.ty()))
        .collect();
    for &(id, signature) in &announcing {
        let signature = module.types.get(signature);
        let (parameters, results) = (signature.params().to_vec(), signature.results().to_vec());
        let arguments = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
        let mut trap = FunctionBuilder::new(&mut module.types, &parameters, &results);
        trap.func_body().unreachable();
        module.funcs.get_mut(id).kind = FunctionKind::Local(trap.local_func(arguments));
    }
    announcing.len()
}

fn diverges(path: &str) -> bool {
    DIVERGING.iter().any(|&known| path == known || (known.ends_with("::") && path.starts_with(known)))
}

/// The name without what the compiler adds to it: `core[1f2e]::option::unwrap_failed`, `…::unwrap_failed::h1f2e`.
fn path(name: &str) -> String {
    let mut path = String::new();
    let mut depth = 0_u32;
    for character in name.chars() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => path.push(character),
            _ => {}
        }
    }
    match path.rfind("::h") {
        Some(at) if path.len() == at + 19 && path[at + 3..].bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            path.truncate(at);
        }
        _ => {}
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_function_by_its_path() {
        assert!(diverges(&path("core[c5930c85a12de822]::option::unwrap_failed")));
        assert!(diverges(&path("core::option::unwrap_failed::h1cde7ce6705aa016")));
        assert!(diverges(&path("core[c5930c85a12de822]::panicking::panic_fmt")));
        assert!(diverges(&path("<alloc[3ca501edff3f0c7c]::vec::Vec<_, _>>::remove::assert_failed")));
    }

    #[test]
    fn leaves_other_functions_alone() {
        for name in
            ["core::option::Option<T>::unwrap", "my::core::panicking::panic", "core::panicking", "core::fmt::write"]
        {
            assert!(!diverges(&path(name)), "{name}");
        }
    }

    #[test]
    fn a_silenced_function_traps() {
        let mut module = Module::default();
        let mut builder = FunctionBuilder::new(&mut module.types, &[walrus::ValType::I32], &[]);
        builder.name("core::panicking::panic_fmt".to_owned());
        let argument = module.locals.add(walrus::ValType::I32);
        let function = builder.finish(vec![argument], &mut module.funcs);
        assert_eq!(silence(&mut module), 1);
        let body = module.funcs.get(function).kind.unwrap_local();
        assert_eq!(body.block(body.entry_block()).instrs.len(), 1);
        assert!(body.block(body.entry_block()).instrs[0].0.is_unreachable());
    }
}
