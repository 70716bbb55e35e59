"""Puts the sample district into empty registers, so that the first start has something to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.services.partner_register import register_partners
from bot.services.ports import UnitOfWorkFactory
from config.sample import SampleDistrict


async def load_sample_once(unit_of_work: UnitOfWorkFactory, sample: SampleDistrict, at: datetime) -> bool:
    """Loads the sample where no area is registered yet; returns whether it did.

    A register with anything in it is somebody's own and is left alone. ``at`` is the present moment.
    """
    async with unit_of_work() as work:
        if len(await work.areas.tree()) > 0:
            return False
        await work.areas.upsert(sample.areas)
        await work.staff.upsert(sample.staff)
        for group in sample.groups:
            await work.groups.put(group)
        if sample.partners:
            await register_partners(work, sample.partners, at, platform=sample.groups[0].platform)
        posts = await work.staff.all()
        await work.care.upsert(
            [replace(one, cadre_id=posts[one.cadre_id - 1].id) if one.cadre_id else one for one in sample.care]
        )
        await work.items.upsert(sample.items)
        await work.commit()
    return True
