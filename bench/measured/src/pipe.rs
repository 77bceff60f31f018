//! A program that answers line by line.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Fault;

/// A running program. Dropped, it is told that there is no more, and waited for.
#[derive(Debug)]
pub struct Pipe {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Pipe {
    /// Starts it.
    pub fn start(command: &mut Command) -> Result<Pipe, Fault> {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child =
            started.map_err(|error| format!("cannot start {}: {error}", command.get_program().display()))?;
        let output = child.stdout.take().ok_or("the program has no output")?;
        let input = child.stdin.take();
        Ok(Pipe { child, input, output: BufReader::new(output).lines() })
    }

    /// Tells it a line, or several.
    pub fn tell(&mut self, text: &str) -> Result<(), Fault> {
        let input = self.input.as_mut().ok_or("the program takes no input")?;
        writeln!(input, "{text}")?;
        Ok(input.flush()?)
    }

    /// The lines up to the one that says `end`.
    pub fn lines_until(&mut self, end: &str) -> Result<Vec<String>, Fault> {
        let mut lines = Vec::new();
        for line in self.output.by_ref() {
            let line = line?;
            if line == end {
                return Ok(lines);
            }
            lines.push(line);
        }
        Err(format!("the program ended early, after {:?}", lines.last()).into())
    }
}

impl Drop for Pipe {
    /// Without input the program ends by itself.
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_comes_back_up_to_the_end() {
        let mut cat = Pipe::start(&mut Command::new("cat")).unwrap();
        cat.tell("one\ntwo\nend\nthree").unwrap();
        assert_eq!(cat.lines_until("end").unwrap(), ["one", "two"]);
        cat.tell("end").unwrap();
        assert_eq!(cat.lines_until("end").unwrap(), ["three"]);
    }

    #[test]
    fn a_program_that_ends_early_is_an_error() {
        let mut program = Pipe::start(&mut Command::new("true")).unwrap();
        assert!(program.lines_until("end").is_err());
    }
}
