"""The table of checks, in the order in which they are reported. Codes never change their meaning."""

from __future__ import annotations

from medunet.auditing import chest_checks, copy_checks, file_checks, film_checks, mask_checks
from medunet.auditing.check import Check

FINDINGS: tuple[Check, ...] = (
    Check("MU101", "data that training refuses", "issue", "the layout", file_checks.unusable_layout),
    Check("MU102", "unreadable files", "issue", "every file", file_checks.unreadable),
    Check("MU103", "rows without a file", "issue", "cases.csv", file_checks.rows_without_file),
    Check("MU104", "files without a row", "warning", "cases.csv", file_checks.files_without_row),
    Check("MU105", "blank or impossible cells", "issue", "cases.csv", file_checks.blank_or_unknown_cells),
    Check("MU106", "repeated ids", "issue", "cases.csv", file_checks.repeated_ids),
    Check("MU107", "tags that contradict the header", "warning", "cases.csv, headers", file_checks.header_conflicts),
    Check("MU201", "constant images", "issue", "images", film_checks.constant),
    Check("MU202", "outliers of exposure", "warning", "8 images of one type", film_checks.exposure),
    Check("MU203", "wide flat borders", "warning", "films", film_checks.wide_borders),
    Check("MU204", "inverted films", "issue", "frontal chest films", film_checks.inverted),
    Check("MU205", "films turned or upside down", "issue", "frontal chest films", film_checks.turned_over),
    Check("MU206", "mirrored films", "issue", "masks of heart and lungs", mask_checks.mirrored),
    Check("MU207", "no chest among chests", "warning", "frontal chest films", film_checks.no_chest),
    Check("MU208", "missing or mixed pixel sizes", "warning", "headers", film_checks.mixed_spacing),
    Check("MU209", "tiny films and mixed sizes", "warning", "films", film_checks.mixed_sizes),
    Check("MU210", "mixed types", "warning", "images", film_checks.mixed_types),
    Check("MU301", "masks of another size", "issue", "images and masks", file_checks.mask_of_other_size),
    Check("MU302", "unexpected mask values", "issue", "masks", file_checks.unexpected_values),
    Check("MU303", "empty masks", "issue", "masks", mask_checks.empty),
    Check("MU304", "missing structures", "issue", "masks", mask_checks.missing_structure),
    Check("MU305", "structures in very few masks", "warning", "8 masks", mask_checks.rare_structure),
    Check("MU306", "cases without a mask", "warning", "images and masks", file_checks.without_mask),
    Check("MU307", "lossy masks", "warning", "masks", mask_checks.lossy),
    Check("MU308", "one mask for several films", "issue", "images and masks", mask_checks.same_mask),
    Check("MU309", "masks that do not fit the film", "issue", "films, masks of lungs", mask_checks.misfit),
    Check("MU310", "right and left exchanged", "issue", "masks of both lungs", mask_checks.exchanged_labels),
    Check("MU401", "implausible cardiothoracic ratios", "warning", "masks of heart and lungs", chest_checks.ratio),
    Check("MU402", "implausible lungs", "warning", "masks of lungs", chest_checks.lungs),
    Check("MU403", "leaning chests", "warning", "masks of lungs", chest_checks.tilt),
    Check("MU404", "unusual sizes of structures", "warning", "8 masks", chest_checks.unusual_area),
    Check("MU405", "a lung drawn through the heart", "warning", "8 masks of heart and lungs",
          chest_checks.lung_through_heart),
    Check("MU501", "exact copies", "issue", "two images", copy_checks.exact_copies),
    Check("MU502", "copies under several subjects", "issue", "two images", copy_checks.copies),
    Check("MU503", "near copies of one subject", "warning", "two images of a subject",
          copy_checks.copies_of_one_subject),
    Check("MU504", "one subject in two splits", "issue", "splits", copy_checks.subject_in_two_splits),
    Check("MU505", "one picture in two splits", "issue", "splits, images", copy_checks.copies_in_two_splits),
)  # fmt: skip

CODES = tuple(check.code for check in FINDINGS)
